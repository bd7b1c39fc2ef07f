{{ copilot_git_actions_query('copilot_cli') }}
