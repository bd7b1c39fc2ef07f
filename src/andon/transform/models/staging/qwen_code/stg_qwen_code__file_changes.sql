{{ gemini_file_changes_query('qwen_code') }}
