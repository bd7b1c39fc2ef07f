{{ exceptions('file_changes') }}
