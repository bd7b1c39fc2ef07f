{{ copilot_assistant_messages_query('vscode_copilot_chat') }}
