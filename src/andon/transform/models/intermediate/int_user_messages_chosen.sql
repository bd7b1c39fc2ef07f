{{ chosen('user_messages') }}
