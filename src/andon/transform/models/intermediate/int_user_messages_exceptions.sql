{{ exceptions('user_messages') }}
