{{ chosen('model_calls') }}
