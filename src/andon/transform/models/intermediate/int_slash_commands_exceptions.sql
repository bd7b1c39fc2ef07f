{{ exceptional('slash_commands') }}
