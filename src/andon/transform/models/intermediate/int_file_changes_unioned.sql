{{ union_staged('file_changes') }}
