{{ exceptional('user_messages') }}
