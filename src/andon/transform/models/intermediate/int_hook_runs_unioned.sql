{{ union_staged('hook_runs') }}
