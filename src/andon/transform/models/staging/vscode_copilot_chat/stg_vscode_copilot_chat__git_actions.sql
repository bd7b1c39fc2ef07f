{{ copilot_git_actions_query('vscode_copilot_chat') }}
