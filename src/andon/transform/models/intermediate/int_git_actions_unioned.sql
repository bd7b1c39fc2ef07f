{{ union_staged('git_actions') }}
