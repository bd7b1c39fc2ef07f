{{ counted_list('file_changes', {'extension': 'extension'}, 'files', "facts.operation in ('create', 'edit')") }}
