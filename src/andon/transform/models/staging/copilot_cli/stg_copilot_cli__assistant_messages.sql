{{ copilot_assistant_messages_query('copilot_cli') }}
