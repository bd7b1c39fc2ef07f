{{ exceptions('session_starts') }}
