{{ gemini_assistant_messages_query('qwen_code') }}
