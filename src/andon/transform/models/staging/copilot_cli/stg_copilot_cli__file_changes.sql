{{ copilot_file_changes_query('copilot_cli', ['create'], ['edit', 'str_replace', 'apply_patch']) }}
