{{ counted_list('hook_runs', {'event': 'hook_event', 'matcher': 'hook_matcher', 'command': 'hook_command'}, 'uses') }}
