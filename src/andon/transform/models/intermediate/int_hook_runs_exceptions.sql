{{ exceptional('hook_runs') }}
