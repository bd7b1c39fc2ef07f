select spine.day as day
from {{ days_between(first_day(), last_day()) }} as spine
