{{ exceptions('hook_runs') }}
