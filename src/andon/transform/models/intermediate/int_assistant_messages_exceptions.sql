{{ exceptions('assistant_messages') }}
