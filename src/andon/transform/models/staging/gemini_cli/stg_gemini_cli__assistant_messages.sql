{{ gemini_assistant_messages_query('gemini_cli') }}
