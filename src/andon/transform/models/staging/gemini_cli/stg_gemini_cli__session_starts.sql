{{ gemini_session_starts_query('gemini_cli', 'config') }}
