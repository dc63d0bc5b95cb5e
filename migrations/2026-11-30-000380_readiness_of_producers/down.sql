DROP TABLE insurance_policy, emergency_plan_filed, risk_source;
