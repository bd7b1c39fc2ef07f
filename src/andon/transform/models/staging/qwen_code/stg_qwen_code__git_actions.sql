{{ gemini_git_actions_query('qwen_code') }}
