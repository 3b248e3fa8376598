"""What Postil keeps: the truth from which every index and page is derived."""
