{{ gemini_slash_commands_query('qwen_code') }}
