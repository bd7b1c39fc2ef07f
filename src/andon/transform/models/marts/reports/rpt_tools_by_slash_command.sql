{{ counted_list('slash_commands', {'name': 'command_name'}, 'uses') }}
