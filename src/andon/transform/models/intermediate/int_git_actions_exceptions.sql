{{ exceptions('git_actions', within=['git_kind']) }}
