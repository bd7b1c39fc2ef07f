{{ gemini_slash_commands_query('gemini_cli') }}
