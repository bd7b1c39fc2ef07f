{{ exceptions('slash_commands') }}
