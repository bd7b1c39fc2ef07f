{{ gemini_git_actions_query('gemini_cli') }}
