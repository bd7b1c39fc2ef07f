{{ union_staged('user_messages') }}
