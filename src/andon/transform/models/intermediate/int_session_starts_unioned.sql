{{ union_staged('session_starts') }}
