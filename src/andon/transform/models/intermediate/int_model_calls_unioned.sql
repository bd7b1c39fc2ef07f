{{ union_staged('model_calls') }}
