{{ chosen('slash_commands') }}
