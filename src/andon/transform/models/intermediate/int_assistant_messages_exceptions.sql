{{ exceptional('assistant_messages') }}
