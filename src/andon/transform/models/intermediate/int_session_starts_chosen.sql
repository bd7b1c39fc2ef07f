{{ chosen('session_starts') }}
