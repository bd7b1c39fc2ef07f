{{ exceptional('file_changes') }}
