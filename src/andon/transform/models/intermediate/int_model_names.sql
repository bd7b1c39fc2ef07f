{{ names_by_day('model_calls', ['model']) }}
