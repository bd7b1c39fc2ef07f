{{ chosen('assistant_messages') }}
