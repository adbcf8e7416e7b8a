"""The clerk's counter: a customer is looked up, proves who it is, and is served."""
