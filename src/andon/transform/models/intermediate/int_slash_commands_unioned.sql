{{ union_staged('slash_commands') }}
