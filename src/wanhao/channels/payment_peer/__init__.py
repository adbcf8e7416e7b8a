"""WeChat Pay and Alipay over real HTTP on this machine, for the demo and the tests."""
