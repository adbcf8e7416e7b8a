"""Where payment channels call: apart from `payments.py`, which is read before Django is ready."""

from wanhao.channels.alipay import receiver as alipay_receiver
from wanhao.channels.wechat_pay import receiver as wechat_receiver
from wanhao.project import clock

wechat_called = wechat_receiver.receiver(clock.now)
alipay_called = alipay_receiver.receiver(clock.now)
