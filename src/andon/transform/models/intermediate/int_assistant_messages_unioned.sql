{{ union_staged('assistant_messages') }}
