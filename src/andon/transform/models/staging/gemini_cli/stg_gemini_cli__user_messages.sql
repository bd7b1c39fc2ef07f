{{ gemini_user_messages_query('gemini_cli') }}
