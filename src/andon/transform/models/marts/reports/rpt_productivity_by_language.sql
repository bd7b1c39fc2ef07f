{{ counted_list('file_changes', {'language': 'language'}, 'files', "facts.operation in ('create', 'edit')") }}
