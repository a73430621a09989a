"""Ledgers of terms and when people are reminded of them: what every act that moves a case needs."""
