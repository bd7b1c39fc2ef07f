{{ exceptional('git_actions', within=['git_kind']) }}
