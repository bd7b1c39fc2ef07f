{{ chosen('hook_runs') }}
