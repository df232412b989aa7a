"""What customers share: the calendar, competitors' promotions, scores and tiers, the save desk. The only room with
simpy.
"""
