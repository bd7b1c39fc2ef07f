{{ chosen('file_changes') }}
