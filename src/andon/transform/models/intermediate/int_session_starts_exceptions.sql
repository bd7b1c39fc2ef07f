{{ exceptional('session_starts') }}
