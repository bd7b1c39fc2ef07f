{{ copilot_file_changes_query(
    'vscode_copilot_chat',
    ['create_file', 'copilot_createFile'],
    [
        'replace_string_in_file', 'multi_replace_string_in_file', 'insert_edit_into_file', 'apply_patch', 'edit_notebook_file',
        'copilot_replaceString', 'copilot_multiReplaceString', 'copilot_insertEdit', 'copilot_applyPatch', 'copilot_editNotebook',
    ]
) }}
