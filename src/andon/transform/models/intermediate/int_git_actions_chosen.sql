{{ chosen('git_actions') }}
